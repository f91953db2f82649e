"""Gradient boosting beside the scorecard: it is never shown, it says what the scorecard leaves unused."""

import numpy as np

from analytics.scorecard import Floats, Model


def boosted(figures: Floats, outcome: Floats) -> Model:
    from sklearn.ensemble import HistGradientBoostingClassifier  # half a second, and only for who trains
    from threadpoolctl import threadpool_limits

    varied = [len(np.unique(column[~np.isnan(column)])) > 1 for column in figures.T]
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=120, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=1.0, random_state=0
    )
    with threadpool_limits(1):  # on so few rows threads wait for each other more than they work
        trees.fit(figures[:, varied], outcome)

    def risk(asked: Floats) -> Floats:
        with threadpool_limits(1):
            return trees.predict_proba(asked[:, varied])[:, 1]

    return risk
