def main(:
    print("listening")
