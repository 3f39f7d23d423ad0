using System.Text.Json;

namespace Cistern.Store.Embedded.Sql;

/// <summary>What a statement may cast to and compare by.</summary>
internal sealed partial class TreeCheck
{
    // Names of types are looked up by the engine like tables, so they are checked like tables; whatever is nested is checked as well.
    private void Type(JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.Array)
        {
            Each(type, Type);
        }

        if (type.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (type.TryGetProperty("class", out _))
        {
            Expression(type);
            return;
        }

        foreach (var member in type.EnumerateObject())
        {
            TypeMember(member);
        }
    }

    private void TypeMember(JsonProperty member)
    {
        switch (member.Name)
        {
            case "id" when !member.Value.ValueEquals("UNBOUND"): TypeName(member.Value.GetString()!); break;
            case "name" when member.Value.ValueKind == JsonValueKind.String: TypeName(member.Value.GetString()!); break;
            case "schema" or "catalog": Empty(member); break;
            default: Enter(member.Value, Type); break;
        }
    }

    private void TypeName(string name)
    {
        if (!TreeShapes.Types.Contains(name))
        {
            Refuse($"type '{name}' is not allowed; use one of {string.Join(", ", TreeShapes.Types.Order(StringComparer.Ordinal))}");
        }
    }

    private void Collation(string name)
    {
        if (!TreeShapes.Collations.Contains(name))
        {
            Refuse($"collation '{name}' is not allowed; use one of {string.Join(", ", TreeShapes.Collations.Order(StringComparer.Ordinal))}");
        }
    }
}
