// Every case of the trainer beside Lightning.
import '../../support/as-long';
import '../../node/lightning.test';
