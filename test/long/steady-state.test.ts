// The steady state once more, with ten thousand steps.
import '../support/sample-all';
import '../gpu/alone/steady-state.test';
