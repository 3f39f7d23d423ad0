using System.Text.Json;
using System.Text.Json.Serialization;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Dashboard;

/// <summary>A view of the dashboard that somebody keeps for everybody.</summary>
/// <param name="Name">What it is called; unique in any case of its letters.</param>
/// <param name="Address">The path and the parameters of a screen: <c>/agents?from=-7d</c>.</param>
internal sealed record SavedView(string Name, string Address);

/// <summary>What a change of the views came to.</summary>
/// <param name="Problem">Why it was refused; null if it was not.</param>
internal sealed record ViewChange(IReadOnlyList<SavedView> Views, string? Problem);

/// <summary><c>views.json</c>; its form is in <c>docs/format/views.md</c>.</summary>
/// <remarks>It is only ever replaced whole; a change holds <c>views.lock</c> from its read to its rename.</remarks>
internal sealed partial class SavedViews(SharedFolder folder)
{
    public const int ViewsMax = 200;
    public const int NameMax = 80;
    public const int AddressMax = 4_000;

    private const string FileName = "views.json";
    private const string LockName = "views.lock";
    private const int Version = 1;

    /// <summary>All views, by name.</summary>
    /// <exception cref="IOException">The file cannot be read; the message says which and why.</exception>
    public IReadOnlyList<SavedView> List()
    {
        var path = folder.PathOf(FileName);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : [];
        }
        catch (Exception error) when (error is UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new IOException($"cannot read {path}: {error.Message}; correct the file or remove it", error);
        }
    }

    /// <summary>Keeps a view; one of the same name is replaced.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public ViewChange Save(SavedView view) => Update(views =>
    {
        List<SavedView> others = [.. views.Where(one => !IsNamed(one, view.Name))];
        return ProblemOf(view) is { } problem ? new(views, problem)
            : others.Count >= ViewsMax ? new(views, $"there are {ViewsMax} views, and no room for more; remove one first")
            : new([.. others.Append(view).OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase)], null);
    });

    /// <summary>Forgets a view.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public ViewChange Remove(string name) => Update(views =>
        views.Any(one => IsNamed(one, name)) ? new([.. views.Where(one => !IsNamed(one, name))], null) : new(views, $"there is no view '{name}'"));

    private static bool IsNamed(SavedView view, string name) => string.Equals(view.Name, name, StringComparison.OrdinalIgnoreCase);

    // An address is a path of this server and nothing else: it becomes a link for everybody who signs in.
    private static string? ProblemOf(SavedView view)
    {
        if (view.Name.Trim().Length == 0 || view.Name.Length > NameMax || view.Name.Any(char.IsControl))
        {
            return $"a view needs a name of 1 to {NameMax} characters";
        }

        var path = view.Address.Split('?', 2)[0];
        return view.Address.Length > AddressMax || view.Address.Any(letter => char.IsControl(letter) || letter == '\\') || path.StartsWith("//", StringComparison.Ordinal) || !WebPages.Pages.Contains(path)
            ? $"the address is none of a screen: it begins with one of {string.Join(", ", WebPages.Pages)}, and has at most {AddressMax} characters"
            : null;
    }

    private ViewChange Update(Func<IReadOnlyList<SavedView>, ViewChange> change)
    {
        try
        {
            return folder.Change(LockName, () =>
            {
                var changed = change(List());
                if (changed.Problem is null)
                {
                    PrivateFile.Replace(folder.PathOf(FileName), Serialize(changed.Views));
                }

                return changed;
            });
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"cannot write {folder.PathOf(FileName)}: {error.Message}", error);
        }
    }

    private static SavedView[] Parse(byte[] bytes)
    {
        var file = JsonSerializer.Deserialize(bytes, ViewsJson.Default.ViewsFile) ?? throw new FormatException("it holds null");
        return file.Version == Version ? file.Views : throw new FormatException($"its version is {file.Version}, and this program reads version {Version}");
    }

    private static byte[] Serialize(IReadOnlyList<SavedView> views) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new ViewsFile(Version, [.. views]), ViewsJson.Default.ViewsFile), (byte)'\n'];

    internal sealed record ViewsFile(int Version, SavedView[] Views);

    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(ViewsFile))]
    [JsonSerializable(typeof(SavedView))]
    internal sealed partial class ViewsJson : JsonSerializerContext;
}
