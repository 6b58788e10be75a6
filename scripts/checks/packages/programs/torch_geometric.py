"""Layers of torch_geometric on a graph of six nodes."""

import torch
from torch_geometric.data import Batch, Data
from torch_geometric.nn import GATConv, GCNConv, GINConv, SAGEConv, global_mean_pool

EDGES = torch.tensor([[0, 1, 1, 2, 3, 4, 4, 5], [1, 0, 2, 1, 4, 3, 5, 4]])


def layer(make):
    def part():
        net = make()
        x = torch.randn(6, 4, requires_grad=True)
        out = net(x, EDGES)
        out.square().mean().backward()
        return [out, x.grad]

    return part


def graphs():
    one = Data(x=torch.randn(3, 4), edge_index=torch.tensor([[0, 1], [1, 2]]))
    other = Data(x=torch.randn(2, 4), edge_index=torch.tensor([[0], [1]]))
    batch = Batch.from_data_list([one, other])
    return global_mean_pool(GCNConv(4, 3)(batch.x, batch.edge_index), batch.batch)


parts = {
    "GCN": layer(lambda: GCNConv(4, 3)),
    "SAGE": layer(lambda: SAGEConv(4, 3)),
    "GAT": layer(lambda: GATConv(4, 3, heads=2)),
    "GIN": layer(lambda: GINConv(torch.nn.Linear(4, 3))),
    "graphs": graphs,
}
