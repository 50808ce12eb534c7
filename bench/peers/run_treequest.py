# Grows a tree by TreeQuest's StandardMCTS, in place, by a generator that costs nothing, and prints how long it took.
import json
import random
import sys
import time

import treequest as tq

size = int(sys.argv[1])
draw = random.Random(1)


def generate(parent):
    return (parent or "") + "a", draw.random()


algorithm = tq.StandardMCTS(samples_per_action=3)
tree = algorithm.init_tree()
start = time.perf_counter()
for _ in range(size):
    tree = algorithm.step(tree, {"a": generate}, inplace=True)
print(json.dumps({"done": size, "seconds": time.perf_counter() - start}))
