// Attribution methods, with hundreds of attributions in a row.
import '../../support/as-long';
import '../../node/attribution.test';
