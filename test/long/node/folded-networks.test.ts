// Every network with its norms folded, beside the same by hand.
import '../../support/sample-all';
import '../../unit/folded-networks.test';
