"""Tests the estimators with scikit-learn's own checks and tools."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks as checks

from classifiers import Classifier, Item
from classifiers.estimators import AdaptedClassifier, CommentFeatures, SignalClassifier

ESTIMATORS = [CommentFeatures(), SignalClassifier(), AdaptedClassifier()]
TEXTS = [f"Vote for zeppelins, round {n}" for n in range(20)] + [
    f"The tram was late on day {n}" for n in range(20)
]
LABELS = [1] * 20 + [0] * 20

# All checks of scikit-learn that do not feed a table of numbers: these estimators read texts, and
# scikit-learn's own text vectorizers are excused from the others for the same reason. What those
# others look for is tested on texts below.
APPLICABLE = [
    checks.check_estimator_cloneable,
    checks.check_estimator_tags_renamed,
    checks.check_valid_tag_types,
    checks.check_estimator_repr,
    checks.check_no_attributes_set_in_init,
    checks.check_do_not_raise_errors_in_init_or_set_params,
    checks.check_mixin_order,
    checks.check_parameters_default_constructible,
    checks.check_get_params_invariance,
    checks.check_set_params,
]


@pytest.fixture(scope="module")
def adapted() -> AdaptedClassifier:
    return AdaptedClassifier().fit(TEXTS, LABELS)


@pytest.mark.filterwarnings("ignore:Can't test estimator")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
def test_check_estimator_passes_where_it_applies(estimator: Any) -> None:
    assert all(one["status"] == "passed" for one in checks.check_estimator(estimator))
    for check in APPLICABLE:
        check(type(estimator).__name__, clone(estimator))


def test_features_work_in_a_pipeline_and_a_grid_search() -> None:
    model = make_pipeline(CommentFeatures(), LogisticRegression())
    grid = {"commentfeatures__bits": [10, 16], "commentfeatures__scaled": [True, False]}
    found = GridSearchCV(model, grid, cv=2).fit(TEXTS, LABELS)
    assert found.best_score_ > 0.9
    assert found.predict(["more zeppelins", "a late tram"]).tolist() == [1, 0]


def test_features_are_sparse_counts_named_and_stateless() -> None:
    made = CommentFeatures(bits=12, scaled=False).transform(["An idiot!", ""])
    assert made.shape == (2, 4096)
    assert made[0].sum() > made[1].sum() == 1, "an empty text has but its length"
    assert len(CommentFeatures(bits=12).get_feature_names_out()) == 4096
    disguised = CommentFeatures().fit_transform(["an 1d10t", "an idiot"])
    assert abs(disguised[0] - disguised[1]).max() == 0
    assert CommentFeatures().transform([]).shape == (0, 2**20)


def test_a_signal_is_a_trained_classifier(classifier: Classifier) -> None:
    texts = ["You are a pathetic moron", "Thank you for the article"]
    model = SignalClassifier("insult")
    scores = [one.signals["insult"] for one in classifier.score_batch([Item(t) for t in texts])]
    assert model.predict_proba(texts)[:, 1].tolist() == scores
    assert model.predict(texts).tolist() == [1, 0]
    assert clone(model).set_params(signal="toxicity").fit(texts, [1, 0]).score(texts, [1, 0]) == 1


def test_a_signal_can_be_calibrated_on_a_site_s_labels() -> None:
    rude = [f"You are a moron, number {n}" for n in range(10)]
    kind = [f"I agree with number {n}" for n in range(10)]
    labels = [1] * 10 + [0] * 10
    calibrated = CalibratedClassifierCV(SignalClassifier("insult"), cv=2).fit(rude + kind, labels)
    assert calibrated.predict(["What a moron", "I agree"]).tolist() == [1, 0]


def test_an_adaptation_is_cross_validated_and_calibrated(adapted: AdaptedClassifier) -> None:
    scores = cross_val_predict(AdaptedClassifier(), TEXTS, LABELS, cv=2, method="predict_proba")
    assert scores[:20, 1].mean() > scores[20:, 1].mean() + 0.3
    calibrated = CalibratedClassifierCV(AdaptedClassifier(), cv=2).fit(TEXTS, LABELS)
    near = ["Vote for zeppelins, round 99", "The tram was late on day 99"]
    assert calibrated.predict(near).tolist() == [1, 0]
    assert adapted.predict(["zeppelins, please"]).tolist() == [1]


def test_an_adaptation_fits_the_same_again_and_judges_each_text_alone(
    adapted: AdaptedClassifier,
) -> None:
    again = clone(adapted).fit(TEXTS, LABELS)
    scores = adapted.predict_proba(TEXTS)
    assert np.array_equal(again.predict_proba(TEXTS), scores)
    assert np.allclose(adapted.predict_proba(TEXTS[::-1])[::-1], scores, atol=2e-3)
    assert np.allclose(np.vstack([adapted.predict_proba([one]) for one in TEXTS[:3]]), scores[:3],
                       atol=2e-3)  # fmt: skip
    assert np.array_equal(scores[:, 1] > 0.5, adapted.decision_function(TEXTS) > 0)
    assert np.allclose(scores.sum(axis=1), 1.0)


def test_labels_may_be_words_and_comments_items_with_weights() -> None:
    items = [Item(text, title="Trams") for text in TEXTS]
    names = np.array(["drop" if label else "allow" for label in LABELS])
    model = AdaptedClassifier().fit(items, names, sample_weight=np.ones(len(items)))
    assert model.classes_.tolist() == ["allow", "drop"]
    assert model.predict([items[0], items[-1]]).tolist() == ["drop", "allow"]


def test_fitted_estimators_can_be_pickled(adapted: AdaptedClassifier) -> None:
    again = pickle.loads(pickle.dumps(adapted))
    assert again.predict(TEXTS).tolist() == adapted.predict(TEXTS).tolist()


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("wrong", ["one text", [1.5, 2.5] * 10, [None] * 20])
def test_they_refuse_what_are_no_comments(estimator: Any, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"[Cc]omments"):
        clone(estimator).fit(wrong, [0, 1] * 10)


def test_they_refuse_wrong_labels_and_parameters() -> None:
    for labels in ([0, 1, 2] * 10, [0.5, 0.1, 0.7] * 10, [1] * 30):
        with pytest.raises(ValueError):
            AdaptedClassifier().fit(["text"] * 30, labels)
    with pytest.raises(ValueError, match="inconsistent"):
        AdaptedClassifier().fit(TEXTS, LABELS[:-1])
    with pytest.raises(ValueError, match="0 and 1"):
        SignalClassifier().fit(["a", "b"], ["x", "y"])
    with pytest.raises(ValueError, match="signal"):
        SignalClassifier("rudeness").predict(["a"])
    with pytest.raises(ValueError, match="bits"):
        CommentFeatures(bits=40).fit(["a"])
    with pytest.raises(NotFittedError):
        AdaptedClassifier().predict(["a"])
