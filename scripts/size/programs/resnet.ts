// ResNet-18 on a picture.
import { noGrad, rand } from 'lamplight';
import { models } from 'lamplight/vision';

async function classify() {
  const model = models.resnet18().eval();
  const y = noGrad(() => model(rand(1, 3, 64, 64)));
  console.log((await y.argmax(1).item()) >= 0);
}

void classify();
