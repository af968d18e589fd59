"""What the vendor's SDK does with API keys and roles, against a server of ours.

Arguments: the address of the API. Standard input: a secret of a key that may do everything. Prints what failed, or "done".
"""

import sys
import warnings

warnings.simplefilter("ignore")

import deepsecurity as api
from deepsecurity.rest import ApiException

VERSION = "v1"
host = sys.argv[1]
secret = sys.stdin.readline().strip()


def client(secret):
    configuration = api.Configuration()
    configuration.host = host
    # Else all of them share one.
    configuration.api_key = {"api-secret-key": secret}
    return api.ApiClient(configuration)


def status(does):
    try:
        does()
    except ApiException as refused:
        return refused.status
    return 200


def works(secret):
    current = api.APIKeysApi(client(secret)).describe_current_api_key
    return status(lambda: current(VERSION)) == 200


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found!r} is not {wanted!r}")


keys = api.APIKeysApi(client(secret))
roles = api.AdministratorRolesApi(client(secret))

by_name = api.SearchCriteria(field_name="name", string_test="equal", string_value="Auditor")
found = roles.search_administrator_roles(VERSION, search_filter=api.SearchFilter(search_criteria=[by_name]))
auditor = found.roles[0].id
same("the role that was found", auditor, 2)

key = api.ApiKey(
    key_name="audit",
    description="Nightly",
    locale="en-US",
    role_id=auditor,
    time_zone="Asia/Tokyo",
    expiry_date=1_900_000_000_123,
)
made = keys.create_api_key(key, VERSION)
same("the expiry", made.expiry_date, 1_900_000_000_123)
same("whether the new secret works", works(made.secret_key), True)

reset = keys.replace_api_secret_key(made.id, VERSION)
same("whether the old secret works", works(made.secret_key), False)
same("whether the newer secret works", works(reset.secret_key), True)

raised = keys.modify_api_key(made.id, api.ApiKey(role_id=1), VERSION)
same("the role", raised.role_id, 1)
same("what was left out", (raised.key_name, raised.time_zone), ("audit", "Asia/Tokyo"))

locked = keys.modify_api_key(made.id, api.ApiKey(active=False), VERSION)
same("whether it is active", (locked.active, works(reset.secret_key)), (False, False))
freed = keys.modify_api_key(made.id, api.ApiKey(active=True, expiry_date=0), VERSION)
same("active and expiry", (freed.active, freed.expiry_date), (True, None))

after = api.SearchCriteria(id_value=0, id_test="greater-than")
listed = keys.search_api_keys(VERSION, search_filter=api.SearchFilter(max_items=5000, search_criteria=[after])).api_keys
same("the order", [key.id for key in listed], sorted(key.id for key in listed))
same("the list", [key.id for key in keys.list_api_keys(VERSION).api_keys], [key.id for key in listed])
same("one of them", keys.describe_api_key(made.id, VERSION).to_dict(), [key for key in listed if key.id == made.id][0].to_dict())

rights = api.Rights(
    platform_rights=api.PlatformRights(computer_rights=api.ComputerRights(can_edit_computer_properties=True))
)
role = roles.create_administrator_role(api.Role(name="Operators", all_policies=False, rights=rights), VERSION)
held = role.rights.platform_rights.computer_rights
same("rights", (held.can_edit_computer_properties, held.can_delete_computers), (True, False))
roles.modify_administrator_role(role.id, api.Role(description="Ours"), VERSION)
same("the description", roles.describe_administrator_role(role.id, VERSION).description, "Ours")
roles.delete_administrator_role(role.id, VERSION)

named = keys.modify_current_api_key(api.ApiKeyCurrent(description="Mine", role_id=2), VERSION)
same("what a key changes of itself", (named.description, named.role_id), ("Mine", 1))
current = keys.describe_current_api_key(VERSION)
own = keys.replace_current_api_secret_key(VERSION)
same("the key that replaced its secret", own.id, current.id)
same("whether its old secret works", works(secret), False)

keys = api.APIKeysApi(client(own.secret_key))
keys.delete_api_key(made.id, VERSION)
same("a key that was deleted", status(lambda: keys.describe_api_key(made.id, VERSION)), 404)
same("a forged secret", status(lambda: api.APIKeysApi(client("1:AAAA")).list_api_keys(VERSION)), 401)
print("done")
