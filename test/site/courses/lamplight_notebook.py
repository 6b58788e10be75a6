"""What cells of the courses ask a page for, where PyTorch runs them for python.json: panels show nothing here."""


def panel(name, **options):
    pass


def layer_shapes(model, input_size):
    return []


def volumes(layers, title="", input=None):
    pass


def pad(predict, labels=None):
    pass


class film:
    def __init__(self, title=""):
        pass

    def add(self, step, pictures):
        pass
