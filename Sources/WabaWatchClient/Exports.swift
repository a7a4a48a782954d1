// One import is enough for a tool: what this library takes and gives is declared in these rooms, and whoever imports it sees them, too. `Varlink` is not
// among them: no call throws or gives anything of it.
@_exported public import StrictJSON
@_exported public import WabaWatchInterface
@_exported public import WhatsAppBusiness
