namespace Cistern.Delivery.Api.Signing;

/// <summary>A key pair that requests may be signed with.</summary>
internal sealed record FirehoseCredential(string AccessKeyId, string SecretKey)
{
    // A record would print both.
    public override string ToString() => AccessKeyId;
}

/// <summary>Reads credentials in the form of AWS's own file, so that client and server may share one.</summary>
internal static class CredentialsFile
{
    /// <summary>Of each profile, <c>aws_access_key_id</c> and <c>aws_secret_access_key</c>; other lines are passed over.</summary>
    /// <exception cref="IOException">It cannot be read, or holds no credential.</exception>
    public static IReadOnlyList<FirehoseCredential> Read(string path)
    {
        var found = Parse(File.ReadAllLines(path)).ToArray();
        return found.Length > 0
            ? found
            : throw new IOException($"cannot use {path}: it holds no aws_access_key_id with its aws_secret_access_key; write it as ~/.aws/credentials is written");
    }

    private static IEnumerable<FirehoseCredential> Parse(IEnumerable<string> lines)
    {
        string? id = null, secret = null;
        foreach (var line in lines.Append("[end]"))
        {
            if (line.TrimStart().StartsWith('['))
            {
                if (id is not null && secret is not null)
                {
                    yield return new FirehoseCredential(id, secret);
                }

                (id, secret) = (null, null);
            }
            else if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, { Length: > 0 } value])
            {
                id = name == "aws_access_key_id" ? value : id;
                secret = name == "aws_secret_access_key" ? value : secret;
            }
        }
    }
}
