// Every case of the metrics beside torchmetrics.
import '../../support/sample-all';
import '../../node/metrics.test';
