// Every case of the trainer beside Lightning.
import '../../support/sample-all';
import '../../node/lightning.test';
