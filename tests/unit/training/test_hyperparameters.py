"""Hyperparameters are taken and refused as the built-in container takes and refuses them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.common.errors import HyperparameterError
from training.model.fitting import require_digits_model
from training.model.hyperparameter_rules import RULES, Interval
from training.model.hyperparameters import DEFAULTS, Hyperparameters


def made(**texts: str) -> Hyperparameters:
    return Hyperparameters.from_sagemaker({"num_round": "10", **texts})


def test_the_defaults_are_strings_and_survive_a_round_trip() -> None:
    strings = Hyperparameters.default().to_sagemaker()
    assert strings == DEFAULTS
    assert Hyperparameters.from_sagemaker(strings) == Hyperparameters.default()


def test_the_hyperparameters_of_the_aws_sample_fail_as_they_do_in_the_container() -> None:
    with pytest.raises(HyperparameterError, match="extraneous hyperparameter found: silent"):
        made(objective="multi:softmax", num_class="10", silent="0")


# texts and outcomes as recorded from, or read in, the container's validation
@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("eta", "1.5", r"hyperparameter eta: 1.5 is not in \[0, 1\]"),
        ("eta", "-0.1", r"is not in \[0, 1\]"),
        ("eta", "fast", "could not parse 'fast', expected a number"),
        ("eta", "nan", "is not in"),
        ("gamma", "inf", "is not in"),
        ("subsample", "0", r"is not in \(0, 1\]"),
        ("colsample_bytree", "1.01", r"is not in \(0, 1\]"),
        ("sketch_eps", "1", r"is not in \(0, 1\)"),
        ("tweedie_variance_power", "2", r"is not in \(1, 2\)"),
        ("max_depth", "-1", r"is not in \[0, \+inf\)"),
        ("max_depth", "5.0", "could not parse '5.0', expected a whole number"),
        ("max_depth", "", "could not parse ''"),
        ("num_round", "0", r"is not in \[1, \+inf\)"),
        ("verbosity", "4", r"is not in \[0, 3\]"),
        ("num_class", "1", "is not in"),
        ("seed", "2147483647", "is not in"),
        ("seed", "-2147483648", "is not in"),
        ("tree_method", "fast", r"tree_method: fast is not in \[auto, exact, approx, hist, gpu_hist\]"),
        ("objective", "multi:soft", "is not in"),
        ("booster", "GBTREE", "is not in"),
        ("eval_metric", "merror,speed", "value speed is not in"),
        ("eval_metric", "auc@0.5", "value auc@0.5 is not in"),
        ("eval_metric", "error@x", "value error@x is not in"),
        ("monotone_constraints", "(1, 2)", "2 is not in"),
        ("monotone_constraints", "__import__('os').getcwd()", "could not parse"),
        ("interaction_constraints", "[[0, 1]]", "0 is not in"),
        ("interaction_constraints", "[1, 2]", "list of lists"),
        ("updater", "grow_quantile_histmaker", "is not in"),
        ("save_model_on_termination", "True", "is not in"),
        ("_tuning_objective_metric", "train:merror", "is not in"),
    ],
)
def test_a_wrong_value_is_refused(name: str, text: str, complaint: str) -> None:
    with pytest.raises(HyperparameterError, match=complaint):
        made(**{"objective": "reg:squarederror", "tree_method": "hist", name: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("eta", "0"), ("eta", "1"), ("eta", "1e-3"), ("subsample", "1"), ("max_depth", "0"), ("seed", "-2147483647"),
        ("seed", "2147483646"), ("verbosity", "3"), ("eval_metric", "error@0.7,rmse"),
        ("monotone_constraints", "(1, 0, -1)"),
        ("interaction_constraints", "[[1, 2], [3, 4]]"), ("updater", "grow_colmaker,prune"), ("max_bin", "0"),
        ("_tuning_objective_metric", "validation:merror"), ("aft_loss_distribution_scale", "0"),
    ],
)  # fmt: skip
def test_values_at_the_edge_are_taken_and_come_back(name: str, text: str) -> None:
    once = made(**{"objective": "reg:squarederror", "tree_method": "hist", name: text})
    assert Hyperparameters.from_sagemaker(once.to_sagemaker()) == once


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        ({"objective": "multi:softprob"}, "require input for parameter 'num_class'"),
        ({"objective": "multi:softmax"}, "require input for parameter 'num_class'"),
        ({"objective": "multi:softprob", "num_class": "10", "eval_metric": "auc"}, "metric 'auc' can only be applied"),
        ({"objective": "reg:linear", "eval_metric": "aft-nloglik"}, "can only be applied for 'survival:aft'"),
        ({"eval_metric": "merror"}, "eval_metric needs an objective"),
        ({"tree_method": "approx", "monotone_constraints": "(1, 0)"}, "needs tree_method to be one of exact, hist"),
        ({"interaction_constraints": "[[1, 2]]"}, "it is not set"),
        ({"updater": "grow_colmaker,grow_histmaker"}, "at most one of"),
        ({"updater": "shotgun"}, "tree updater"),
        ({"booster": "gblinear", "updater": "prune"}, "linear updater"),
        ({"process_type": "update", "updater": "grow_colmaker"}, "'refresh' and 'prune'"),
    ],
)
def test_values_that_do_not_go_together_are_refused(texts: dict[str, str], complaint: str) -> None:
    with pytest.raises(HyperparameterError, match=complaint):
        made(**texts)


def test_num_round_is_required_and_aliases_are_known() -> None:
    with pytest.raises(HyperparameterError, match="missing required hyperparameter: num_round"):
        Hyperparameters.from_sagemaker({"eta": "0.1"})
    assert made(learning_rate="0.1", reg_lambda="2").to_sagemaker() == {
        "num_round": "10",
        "eta": "0.1",
        "lambda": "2.0",
    }


def test_the_library_gets_typed_values_without_the_jobs_own() -> None:
    given_to_library = Hyperparameters.default(save_model_on_termination="true", csv_weights="0").for_library()
    assert given_to_library["eta"] == float(DEFAULTS["eta"])
    assert given_to_library["eval_metric"] == ["mlogloss", "merror"]
    assert (
        not {"num_round", "early_stopping_rounds", "save_model_on_termination", "csv_weights"} & given_to_library.keys()
    )


@pytest.mark.parametrize(
    "texts",
    [
        {"objective": "multi:softmax"}, {"objective": "reg:squarederror"}, {"num_class": "11"}, {"booster": "gblinear"},
        {"csv_weights": "1"}, {"_kfold": "5"}, {"use_dask_gpu_training": "true"}, {"eval_metric": "merror,accuracy"},
    ],
)  # fmt: skip
def test_what_a_job_could_do_but_digits_cannot_use_is_refused_for_fit(texts: dict[str, str]) -> None:
    hyperparameters = Hyperparameters.default(**{"eval_metric": "rmse", **texts})
    with pytest.raises(HyperparameterError, match=next(iter(texts))):
        require_digits_model(hyperparameters)


@given(st.sampled_from(sorted(RULES)), st.text(max_size=12))
def test_any_text_is_taken_or_refused_with_one_line(name: str, text: str) -> None:
    try:
        hyperparameters = Hyperparameters.from_sagemaker({"num_round": "5", name: text})
    except HyperparameterError as problem:
        said = str(problem)
    else:
        said = f"{name}"
        assert Hyperparameters.from_sagemaker(hyperparameters.to_sagemaker()) == hyperparameters
    assert any(word in said for word in (name, "num_class", "updater"))
    assert "\n" not in said


def test_intervals_write_themselves_as_the_container_does() -> None:
    assert str(Interval(least=0, most=1, least_open=True)) == "(0, 1]"
    assert str(Interval()) == "(-inf, +inf)"
    assert str(RULES["seed"].describe()) == "whole number in (-2147483648, 2147483647)"


@pytest.mark.parametrize(
    ("changes", "trees"),
    [
        ({}, 10),
        ({"num_class": "3"}, 3),
        ({"num_parallel_tree": "4"}, 40),
        ({"booster": "dart"}, 10),
        ({"booster": "gblinear"}, 0),
    ],
)
def test_a_round_has_a_tree_for_each_class(changes: dict[str, str], trees: int) -> None:
    assert made(objective="multi:softprob", **({"num_class": "10"} | changes)).trees_a_round == trees


def test_a_round_of_one_number_has_one_tree() -> None:
    assert made(objective="reg:squarederror").trees_a_round == 1
