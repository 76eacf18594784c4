from tests.terraform.fixtures import aws, aws_process, toolchain

__all__ = ["aws", "aws_process", "toolchain"]
