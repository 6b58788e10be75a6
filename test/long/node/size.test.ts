// What each program's page downloads until its first step has run.
import '../../support/sample-all';
import '../../e2e/size.test';
