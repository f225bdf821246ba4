"""What is deployed: the settings, and a folder for each stack with its constructs. Runs at synth only.

It holds no code that runs in the cloud. Imports `contract`, never `training`, `lambda_src` or `tools`; it reads what it
bundles of them as files.
"""
