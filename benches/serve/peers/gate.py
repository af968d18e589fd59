"""fastapi-keygate behind one path, for `uvicorn gate:app`; as a program it makes keys."""

import sys

from fastapi import Depends, FastAPI, Response
from keygate import KeyGate

app = FastAPI()
gate = KeyGate(app, default_per_minute=None, usage_batch_size=1_000)


@app.get("/check")
def check(_=Depends(gate.require)):
    return Response()


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        print(gate.create_key(str(number), per_minute=None).key)
