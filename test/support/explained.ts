// The small networks that Captum's fixtures explain.
import { nn, type Tensor } from 'lamplight';
import { Addition_Module } from 'lamplight/interpret';

class Cnn extends nn.Module {
  conv1 = new nn.Conv2d(1, 3, 3, { padding: 1 });
  relu1 = new nn.ReLU();
  pool = new nn.MaxPool2d(2);
  conv2 = new nn.Conv2d(3, 4, 3);
  relu2 = new nn.ReLU();
  fc = new nn.Linear(16, 3);
  forward(x: Tensor): Tensor {
    const maps = this.pool(this.relu1(this.conv1(x)));
    return this.fc(this.relu2(this.conv2(maps)).flatten(1));
  }
}

class Mlp extends nn.Module {
  first = new nn.Linear(4, 5);
  second = new nn.Linear(3, 5);
  tanh = new nn.Tanh();
  sigmoid = new nn.Sigmoid();
  out = new nn.Linear(5, 3);
  forward(x: Tensor, y: Tensor, shift: Tensor | number = 0, scale = 1): Tensor {
    const h = this.tanh(this.first(x).add(this.second(y).mul(scale)));
    return this.out(this.sigmoid(h.add(shift)));
  }
}

class Deep extends nn.Module {
  lin1 = new nn.Linear(5, 6);
  act = new nn.Softplus();
  lin2 = new nn.Linear(6, 6);
  forward(x: Tensor): Tensor {
    return this.lin2(this.act(this.lin1(x))).reshape(-1, 2, 3);
  }
}

class Norm extends nn.Module {
  conv = new nn.Conv2d(2, 4, 2, { stride: 2, bias: false });
  bn = new nn.BatchNorm2d(4);
  relu = new nn.ReLU();
  avg = new nn.AdaptiveAvgPool2d(2);
  drop = new nn.Dropout(0.5);
  fc = new nn.Linear(16, 4);
  softmax = new nn.Softmax({ dim: 1 });
  forward(x: Tensor): Tensor {
    const maps = this.avg(this.relu(this.bn(this.conv(x))));
    return this.softmax(this.fc(this.drop(maps.flatten(1))));
  }
}

class Plain extends nn.Module {
  conv1 = new nn.Conv2d(1, 3, 3, { padding: 1 });
  relu1 = new nn.ReLU();
  pool = new nn.MaxPool2d(2);
  conv2 = new nn.Conv2d(3, 4, 3);
  relu2 = new nn.ReLU();
  avg = new nn.AvgPool2d(2);
  fc = new nn.Linear(4, 3);
  forward(x: Tensor): Tensor {
    const maps = this.pool(this.relu1(this.conv1(x)));
    return this.fc(this.avg(this.relu2(this.conv2(maps))).flatten(1));
  }
}

class Linear extends nn.Module {
  fc = new nn.Linear(6, 2);
  forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

class Apart extends nn.Module {
  conv1 = new nn.Conv2d(1, 3, 3);
  relu = new nn.ReLU();
  conv2 = new nn.Conv2d(3, 2, 1);
  pool = new nn.MaxPool2d(2);
  fc = new nn.Linear(18, 3);
  forward(x: Tensor): Tensor {
    return this.fc(this.pool(this.conv2(this.relu(this.conv1(x)))).flatten(1));
  }
}

class Skip extends nn.Module {
  conv1 = new nn.Conv2d(1, 2, 3, { padding: 1, bias: false });
  bn = new nn.BatchNorm2d(2);
  relu1 = new nn.ReLU();
  conv2 = new nn.Conv2d(2, 2, 3, { padding: 1 });
  tanh = new nn.Tanh();
  add = new Addition_Module();
  relu2 = new nn.ReLU();
  avg = new nn.AdaptiveAvgPool2d(2);
  drop = new nn.Dropout(0.5);
  fc = new nn.Linear(8, 3);
  forward(x: Tensor): Tensor {
    const h = this.relu1(this.bn(this.conv1(x)));
    const y = this.relu2(this.add(this.tanh(this.conv2(h)), h));
    return this.fc(this.drop(this.avg(y).flatten(1)));
  }
}

export const explained = {
  cnn: Cnn,
  mlp: Mlp,
  deep: Deep,
  norm: Norm,
  plain: Plain,
  linear: Linear,
  apart: Apart,
  skip: Skip,
};
