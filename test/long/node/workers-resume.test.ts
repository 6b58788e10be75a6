// Loaders with workers that go on from every place where they can stop.
import '../../support/sample-all';
import '../../unit/workers-resume.test';
