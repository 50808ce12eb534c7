# Grows a tree by the MCTS of LLM Reasoners, over a world that costs nothing, and prints how long it took. It imports PyTorch and Transformers for its
# models; its search uses neither, so where they are missing empty modules stand in.
import importlib.machinery
import json
import random
import sys
import time
import types


class Absent(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


for name in ("torch", "transformers"):
    try:
        __import__(name)
    except ImportError:
        module = Absent(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        sys.modules[name] = module
# Its web agents import what a search never needs.
agents = types.ModuleType("reasoners.agent")
agents.ReasonerAgent = None
sys.modules["reasoners.agent"] = agents

from reasoners import Reasoner, SearchConfig, WorldModel  # noqa: E402
from reasoners.algorithm import MCTS  # noqa: E402

size = int(sys.argv[1])
draw = random.Random(1)
made = 0


class Free(WorldModel):
    def init_state(self):
        return ""

    def step(self, state, action):
        global made
        made += 1
        return state + action, {}

    def is_terminal(self, state):
        return False


class Even(SearchConfig):
    def get_actions(self, state):
        return ["a", "b", "c"]

    def fast_reward(self, state, action):
        return draw.random(), {}

    def reward(self, state, action, **kwargs):
        return draw.random(), {}


# One simulation makes a path down to the limit; so many until the states are made.
depth = 5
search = MCTS(n_iters=max(1, size // depth), depth_limit=depth, output_strategy="last_iter", disable_tqdm=True)
start = time.perf_counter()
Reasoner(world_model=Free(), search_config=Even(), search_algo=search)("task")
print(json.dumps({"done": made, "seconds": time.perf_counter() - start}))
