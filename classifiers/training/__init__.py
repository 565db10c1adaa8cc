"""Makes the bundle; needs scikit-learn and the labelled data sets."""
