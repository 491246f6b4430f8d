"""What differs between environments, customers, plans and models: TOML files, one frozen model each.

Everything is read and checked before the first construct is built, and refused in one line.
"""

from config.catalogue import (
    ModelPrice,
    Plan,
    Targets,
    load_models,
    load_plans,
    load_targets,
    models_json,
    plans_json,
    targets_json,
)
from config.customer import DEFAULT_BRAND, Customer, customer_names, load_customer, load_customers
from config.environment import Environment, environment_names, load_environment
from config.loading import ConfigurationError

__all__ = [
    "DEFAULT_BRAND",
    "ConfigurationError",
    "Customer",
    "Environment",
    "ModelPrice",
    "Plan",
    "Targets",
    "customer_names",
    "environment_names",
    "load_customer",
    "load_customers",
    "load_environment",
    "load_models",
    "load_plans",
    "load_targets",
    "models_json",
    "plans_json",
    "targets_json",
]
