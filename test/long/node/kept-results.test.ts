// As in test/node/alone/kept-results.test.ts, with every function.
import '../../support/sample-all';
import '../../node/alone/kept-results.test';
