"""What is entered into MiniStack, and the one gate to its private names, `registry`.

MiniStack has no plug-in interface. `installation` enters services, CloudFormation types and corrections into its tables
at run time. It may import the emulated services (`sagemaker`, `appsync`, `faults`); none of them knows MiniStack.
"""
