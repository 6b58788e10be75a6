// The steady state once more, of every network, with ten thousand steps.
import '../support/sample-all';
import '../gpu/alone/steady-state.test';
