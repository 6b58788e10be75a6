// The nodes of every network.
import '../../support/sample-all';
import '../../unit/network-nodes.test';
