"""pyftpdlib in a process of its own: ``plain_ftp.py PORT FOLDER UNKNOWN,COMMANDS USER PASSWORD``."""

import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer


def main() -> None:
    port, folder, unknown, user, password = sys.argv[1:]
    authorizer = DummyAuthorizer()
    authorizer.add_user(user, password, folder, perm="elradfmwMT")
    FTPHandler.authorizer = authorizer
    FTPHandler.proto_cmds = {name: of for name, of in FTPHandler.proto_cmds.items() if name not in unknown.split(",")}
    # one thread: its CWD changes the directory of the whole process for a moment
    FTPServer(("127.0.0.1", int(port)), FTPHandler).serve_forever()


if __name__ == "__main__":
    main()
