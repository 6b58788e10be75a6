// The tour of the doors: files.
import * as torch from 'lamplight';
import { optim } from 'lamplight';
import { models } from 'lamplight/vision';

const net = models.resnet18({ numClasses: 10 });
const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
const checkpoint = { model: net.stateDict(), optimizer: optimizer.stateDict(), epoch: 3, history: [2.3, 1.9] };
await torch.save(checkpoint, 'run.pt');
const bytes = await torch.saveBytes(checkpoint, 'run.safetensors');
const resumed = (await torch.load(bytes)) as typeof checkpoint;
net.loadStateDict(resumed.model);
optimizer.loadStateDict(resumed.optimizer);
