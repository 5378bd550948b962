def generate(seed):
    from generate import Generator
    return {"main.go": Generator(seed).program()}
