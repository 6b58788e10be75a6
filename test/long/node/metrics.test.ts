// Every case of the metrics beside torchmetrics.
import '../../support/as-long';
import '../../node/metrics.test';
