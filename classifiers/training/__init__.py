"""How the bundled artefacts are made; needs scikit-learn and the labelled data sets."""
