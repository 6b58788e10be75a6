// Ordinary loops once more, with every kind of item and steps of three submits.
import '../support/sample-all';
import '../gpu/alone/ordinary-loops.test';
