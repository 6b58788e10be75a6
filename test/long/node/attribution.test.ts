// Attribution methods, with hundreds of attributions in a row.
import '../../support/sample-all';
import '../../node/attribution.test';
