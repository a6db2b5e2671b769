"""What is promised: services, materials, outputs, time limits, bundles, each with its source."""
