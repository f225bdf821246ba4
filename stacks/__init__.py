"""What is deployed: settings, the promoted model's manifest, and the stacks built from both. Runs at synth only."""
