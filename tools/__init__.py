"""Programs that drive the other parts: Node, the CDK CLI, the demonstration, the diff of a pull request."""
