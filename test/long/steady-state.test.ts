// The steady state once more, of every network, with ten thousand steps.
import '../support/as-long';
import '../gpu/alone/steady-state.test';
