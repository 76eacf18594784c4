"""Policy and drift compliance for AWS DynamoDB tables kept in Terraform."""

__version__ = "0.1.0"
