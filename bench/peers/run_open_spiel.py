# Plays Connect Four by OpenSpiel's own MCTS in C++, one random playout a leaf, and prints how long so many simulations took.
import json
import sys
import time

import pyspiel

size = int(sys.argv[1])
game = pyspiel.load_game("connect_four")
evaluator = pyspiel.RandomRolloutEvaluator(n_rollouts=1, seed=1)
bot = pyspiel.MCTSBot(game, evaluator, 2.0, size, 1000, False, 1, False)
state = game.new_initial_state()
start = time.perf_counter()
bot.step(state)
print(json.dumps({"done": size, "seconds": time.perf_counter() - start}))
