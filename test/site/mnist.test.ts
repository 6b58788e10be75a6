// The MNIST page and command with every case.
import '../support/as-long';
import '../e2e/mnist.test';
import '../e2e/mnist-command.test';
