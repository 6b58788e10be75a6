// Every way to normalise rows in plain code.
import '../support/sample-all';
import '../gpu/alone/recipes.test';
