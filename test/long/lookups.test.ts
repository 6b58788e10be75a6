// Orders of every length.
import '../support/sample-all';
import '../gpu/alone/lookups.test';
