"""The parts of ``driftcheck scan``: survey targets, scan tables side by side, collect, report."""
