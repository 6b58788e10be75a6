"""A trainer of ignite, and a metric."""

import torch
from ignite.engine import Engine, Events, create_supervised_evaluator, create_supervised_trainer
from ignite.metrics import Accuracy


def trained():
    net = torch.nn.Linear(3, 2)
    loss = torch.nn.CrossEntropyLoss()
    trainer = create_supervised_trainer(net, torch.optim.SGD(net.parameters(), lr=0.1), loss)
    losses = []
    trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda engine: losses.append(engine.state.output))
    data = [(torch.randn(4, 3), torch.randint(0, 2, (4,))) for _ in range(2)]
    trainer.run(data, max_epochs=2)
    evaluator = create_supervised_evaluator(net, metrics={"accuracy": Accuracy()})
    return [*losses, evaluator.run(data).metrics["accuracy"]]


parts = {"trained": trained}
