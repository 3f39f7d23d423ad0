using Cistern.Ingest.Keys;

namespace Cistern.Operations;

/// <summary>What a request under <c>/api</c> may do, once <see cref="ReadGate"/> let it pass.</summary>
/// <param name="Name">The key's name; empty for a browser that is signed in.</param>
/// <param name="Holds">Whether it still would be let in now, for an answer that goes on for long. Cheap enough to be asked every few seconds.</param>
internal sealed record Access(string Name, KeyScopes Scopes, Func<bool> Holds)
{
    public bool Allows(KeyScopes scope) => (Scopes & (scope | KeyScopes.Admin)) != 0;

    /// <summary>The access of a request that passed the gate.</summary>
    public static Access Of(HttpContext context) =>
        context.Features.Get<Access>() ?? throw new InvalidOperationException($"{context.Request.Path} was reached without the gate");
}

/// <summary>On an address of the API that needs more than reading.</summary>
internal sealed record NeededScope(KeyScopes Scope);
