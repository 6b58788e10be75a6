// As in test/node/alone/lost.test.ts, with fresh random programs for four minutes. LAMPLIGHT_SEED=… runs them again.
import '../../support/sample-all';
import '../../node/alone/lost.test';
