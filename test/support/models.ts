// Owns the course's models that tests share: the two of S1, which the demo has too, and S0's LargeNet as a user writes it.
import { nn, type Tensor } from 'lamplight';

export { CNNModel, ComplexCNNModel } from '../../demos/mnist/models';

const F = nn.functional;

/** One pool module used twice, and a plain string attribute called `name`. */
export class LargeNet extends nn.Module {
  name = 'large';
  conv1 = new nn.Conv2d(3, 5, 5);
  pool = new nn.MaxPool2d(2, 2);
  conv2 = new nn.Conv2d(5, 10, 5);
  fc1 = new nn.Linear(10 * 5 * 5, 32);
  fc2 = new nn.Linear(32, 1);
  forward(x: Tensor) {
    x = this.pool(F.relu(this.conv1(x)));
    x = this.pool(F.relu(this.conv2(x)));
    x = x.view(-1, 10 * 5 * 5);
    x = F.relu(this.fc1(x));
    x = this.fc2(x);
    return x.squeeze(1);
  }
}
